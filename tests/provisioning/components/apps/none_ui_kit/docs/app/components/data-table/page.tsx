import { DataTable } from '@acme/ui';

const invoices = [
  { id: 'INV001', status: 'Paid', method: 'Credit Card', amount: 250 },
  { id: 'INV002', status: 'Pending', method: 'PayPal', amount: 150 },
  { id: 'INV003', status: 'Unpaid', method: 'Bank Transfer', amount: 350 },
];

export default function Page() {
  return (
    <article>
      <h1>Data table</h1>
      <DataTable rows={invoices} columns={[{ id: 'status', header: 'Status', accessor: (row) => row.status }, { id: 'amount', header: 'Amount', accessor: (row) => row.amount }]} />
    </article>
  );
}
