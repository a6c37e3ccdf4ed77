export * from './DataTable/DataTable';
export * from './Toast/ToastProvider';
export * from './Combobox/Combobox';
export * from './Tree/Tree';
