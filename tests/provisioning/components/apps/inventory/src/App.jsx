import React, { useEffect, useState } from 'react';

const emptyItem = { name: '', sku: '', quantity: 0, unitPrice: 0, supplierId: '', reorderLevel: 10, location: '' };

export default function App() {
  const [items, setItems] = useState([]);
  const [suppliers, setSuppliers] = useState([]);
  const [form, setForm] = useState(emptyItem);
  const [loading, setLoading] = useState(true);

  useEffect(() => {
    Promise.all([
      fetch('/api/items').then((r) => r.json()),
      fetch('/api/suppliers').then((r) => r.json()),
    ]).then(([i, s]) => {
      setItems(i);
      setSuppliers(s);
      setLoading(false);
    });
  }, []);

  const saveItem = async (e) => {
    e.preventDefault();
    const res = await fetch('/api/items', {
      method: 'POST',
      headers: { 'Content-Type': 'application/json' },
      body: JSON.stringify(form),
    });
    setItems([...items, await res.json()]);
    setForm(emptyItem);
  };

  const addSupplier = async (name, email, phone) => {
    await fetch('/api/suppliers', { method: 'POST', body: JSON.stringify({ name, email, phone }) });
  };

  const removeItem = (id) => fetch(`/api/items/${id}`, { method: 'DELETE' });

  if (loading) return <p>Loading…</p>;
  return (
    <div>
      <table>
        <tbody>
          {items.map((item) => (
            <tr key={item.id}>
              <td>{item.name}</td><td>{item.sku}</td><td>{item.quantity}</td>
              <td><button onClick={() => removeItem(item.id)}>Delete</button></td>
            </tr>
          ))}
        </tbody>
      </table>
      <form onSubmit={saveItem}>
        <input required value={form.name} onChange={(e) => setForm({ ...form, name: e.target.value })} />
        <input required value={form.sku} onChange={(e) => setForm({ ...form, sku: e.target.value })} />
        <input type="number" min="0" value={form.quantity} onChange={(e) => setForm({ ...form, quantity: Number(e.target.value) })} />
        <input type="number" step="0.01" value={form.unitPrice} onChange={(e) => setForm({ ...form, unitPrice: Number(e.target.value) })} />
        <select value={form.supplierId} onChange={(e) => setForm({ ...form, supplierId: e.target.value })}>
          {suppliers.map((s) => <option key={s.id} value={s.id}>{s.name}</option>)}
        </select>
        <input value={form.location} onChange={(e) => setForm({ ...form, location: e.target.value })} />
        <button>Save</button>
      </form>
      <button onClick={() => addSupplier('New', 'a@b.c', '1')}>Add supplier</button>
    </div>
  );
}
