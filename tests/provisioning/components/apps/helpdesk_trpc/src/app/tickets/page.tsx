"use client";
import { useState } from "react";
import { trpc } from "../../lib/trpc";

const columns = [
  { key: "subject", label: "Subject", sortable: true },
  { key: "status", label: "Status", sortable: false },
  { key: "priority", label: "Priority", sortable: true },
];

export default function TicketsPage() {
  const [status, setStatus] = useState<"open" | "pending" | "resolved" | "closed" | undefined>("open");
  const { data, isLoading } = trpc.tickets.list.useQuery({ status, limit: 50 });
  if (isLoading) return <p>Loading…</p>;
  return (
    <table>
      <thead>
        <tr>{columns.map((column) => <th key={column.key} onClick={() => setStatus(undefined)}>{column.label}</th>)}</tr>
      </thead>
      <tbody>
        {data?.items.map((ticket) => (
          <tr key={ticket.id}><td>{ticket.subject}</td><td>{ticket.status}</td><td>{ticket.priority}</td></tr>
        ))}
      </tbody>
    </table>
  );
}
