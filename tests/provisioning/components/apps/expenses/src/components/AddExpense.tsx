import { useState } from 'react';
import { useDispatch } from 'react-redux';
import { addExpense } from '../features/expenses/expensesSlice';

const initialForm = { description: '', amount: '', category: 'food', date: '' };

export function AddExpense() {
  const dispatch = useDispatch();
  const [formData, setFormData] = useState(initialForm);
  const handleChange = (e) => setFormData({ ...formData, [e.target.name]: e.target.value });
  const handleSubmit = (e) => {
    e.preventDefault();
    dispatch(addExpense({ ...formData, amount: parseFloat(formData.amount) }));
    setFormData(initialForm);
  };
  return (
    <form onSubmit={handleSubmit}>
      <input type="text" name="description" value={formData.description} onChange={handleChange} required />
      <input type="number" name="amount" step="0.01" min="0" value={formData.amount} onChange={handleChange} required />
      <select name="category" value={formData.category} onChange={handleChange}>
        <option value="food">Food</option>
        <option value="rent">Rent</option>
        <option value="travel">Travel</option>
        <option value="fun">Fun</option>
        <option value="other">Other</option>
      </select>
      <input type="date" name="date" value={formData.date} onChange={handleChange} required />
      <button type="submit">Add</button>
    </form>
  );
}
