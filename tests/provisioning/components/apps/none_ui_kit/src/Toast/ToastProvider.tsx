import { createContext, useCallback, useContext, useState, type ReactNode } from 'react';

export type ToastVariant = 'info' | 'success' | 'error';

export interface Toast {
  id: string;
  title: string;
  description?: string;
  variant: ToastVariant;
  duration: number;
}

interface ToastContextValue {
  toasts: Toast[];
  show: (toast: Omit<Toast, 'id'>) => void;
  dismiss: (id: string) => void;
}

const ToastContext = createContext<ToastContextValue | null>(null);

export function ToastProvider({ children }: { children: ReactNode }) {
  const [toasts, setToasts] = useState<Toast[]>([]);
  const dismiss = useCallback((id: string) => setToasts((all) => all.filter((t) => t.id !== id)), []);
  const show = useCallback((toast: Omit<Toast, 'id'>) => {
    const id = crypto.randomUUID();
    setToasts((all) => [...all, { ...toast, id }]);
    setTimeout(() => dismiss(id), toast.duration);
  }, [dismiss]);
  return <ToastContext.Provider value={{ toasts, show, dismiss }}>{children}{toasts.map((t) => <div key={t.id}>{t.title}</div>)}</ToastContext.Provider>;
}

export const useToast = () => useContext(ToastContext)!;
