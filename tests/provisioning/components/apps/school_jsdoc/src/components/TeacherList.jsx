import PropTypes from 'prop-types';
import { useEffect, useState } from 'react';
import { getTeachers } from '../api';

export function TeacherList({ teachers }) {
  return <ul>{teachers.map((teacher) => <li key={teacher.id}>{teacher.name} – {teacher.subject}</li>)}</ul>;
}

TeacherList.propTypes = {
  teachers: PropTypes.arrayOf(
    PropTypes.shape({ id: PropTypes.number.isRequired, name: PropTypes.string.isRequired, subject: PropTypes.string.isRequired }),
  ).isRequired,
};

export default function Teachers() {
  const [teachers, setTeachers] = useState([]);
  useEffect(() => {
    getTeachers().then(setTeachers);
  }, []);
  return <TeacherList teachers={teachers} />;
}
