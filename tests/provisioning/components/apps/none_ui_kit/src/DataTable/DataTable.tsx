import { useMemo, useState, type ReactNode } from 'react';

export interface Column<Row> {
  id: string;
  header: ReactNode;
  accessor: (row: Row) => ReactNode;
  sortable?: boolean;
  width?: number;
}

export interface DataTableProps<Row extends { id: string | number }> {
  rows: Row[];
  columns: Column<Row>[];
  pageSize?: number;
  selectable?: boolean;
  onSelectionChange?: (ids: Row['id'][]) => void;
}

export interface SortState {
  columnId: string;
  direction: 'asc' | 'desc';
}

export function DataTable<Row extends { id: string | number }>({ rows, columns, pageSize = 10, selectable }: DataTableProps<Row>) {
  const [sort, setSort] = useState<SortState | null>(null);
  const [page, setPage] = useState(0);
  const [selected, setSelected] = useState<Row['id'][]>([]);
  const visible = useMemo(() => rows.slice(page * pageSize, (page + 1) * pageSize), [rows, page, pageSize, sort]);
  return (
    <table>
      <thead><tr>{columns.map((c) => <th key={c.id} onClick={() => setSort({ columnId: c.id, direction: 'asc' })}>{c.header}</th>)}</tr></thead>
      <tbody>
        {visible.map((row) => (
          <tr key={row.id}>
            {selectable && <td><input type="checkbox" checked={selected.includes(row.id)} onChange={() => setSelected([...selected, row.id])} /></td>}
            {columns.map((c) => <td key={c.id}>{c.accessor(row)}</td>)}
          </tr>
        ))}
      </tbody>
      <tfoot><tr><td><button onClick={() => setPage(page + 1)}>Next</button></td></tr></tfoot>
    </table>
  );
}
