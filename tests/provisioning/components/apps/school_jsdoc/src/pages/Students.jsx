import { useEffect, useState } from 'react';
import { createStudent, getStudents } from '../api';
import StudentCard from '../components/StudentCard';

const emptyForm = { firstName: '', lastName: '', gradeLevel: 1, guardianEmail: '', notes: '' };

export default function Students() {
  const [students, setStudents] = useState([]);
  const [form, setForm] = useState(emptyForm);
  const [error, setError] = useState(null);

  useEffect(() => {
    getStudents().then(setStudents).catch(setError);
  }, []);

  const handleChange = ({ target }) => setForm({ ...form, [target.name]: target.value });

  const handleSubmit = async (event) => {
    event.preventDefault();
    const student = await createStudent({ ...form, gradeLevel: Number(form.gradeLevel) });
    setStudents([...students, student]);
    setForm(emptyForm);
  };

  return (
    <div>
      {error && <p role="alert">{error.message}</p>}
      {students.map((student) => <StudentCard key={student.id} student={student} onEdit={() => {}} />)}
      <form onSubmit={handleSubmit}>
        <input name="firstName" value={form.firstName} onChange={handleChange} required />
        <input name="lastName" value={form.lastName} onChange={handleChange} required />
        <input name="gradeLevel" type="number" min="1" max="12" value={form.gradeLevel} onChange={handleChange} required />
        <input name="guardianEmail" type="email" value={form.guardianEmail} onChange={handleChange} required />
        <textarea name="notes" value={form.notes} onChange={handleChange} />
        <button type="submit">Add student</button>
      </form>
    </div>
  );
}
