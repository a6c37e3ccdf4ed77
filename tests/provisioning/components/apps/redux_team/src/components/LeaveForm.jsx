import { useState } from 'react';
import { useDispatch, useSelector } from 'react-redux';
import { leaveRequested } from '../store';

export function LeaveRequestForm() {
  const dispatch = useDispatch();
  const employees = useSelector((s) => s.employees.employees);
  const [form, setForm] = useState({ employeeId: '', from: '', to: '', reason: '' });
  const set = (e) => setForm({ ...form, [e.target.name]: e.target.value });
  return (
    <form onSubmit={(e) => { e.preventDefault(); dispatch(leaveRequested(form)); }}>
      <select name="employeeId" value={form.employeeId} onChange={set} required>
        {employees.map((x) => <option key={x.id} value={x.id}>{x.firstName}</option>)}
      </select>
      <input type="date" name="from" value={form.from} onChange={set} required />
      <input type="date" name="to" value={form.to} onChange={set} required />
      <textarea name="reason" value={form.reason} onChange={set} />
      <button>Request</button>
    </form>
  );
}
