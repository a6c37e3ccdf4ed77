import PropTypes from 'prop-types';

export default function StudentCard({ student, onEdit }) {
  return (
    <div className="card">
      <h3>{student.firstName} {student.lastName}</h3>
      <p>Grade {student.gradeLevel}</p>
      <button onClick={() => onEdit(student)}>Edit</button>
    </div>
  );
}

StudentCard.propTypes = {
  student: PropTypes.shape({
    id: PropTypes.number.isRequired,
    firstName: PropTypes.string.isRequired,
    lastName: PropTypes.string.isRequired,
    gradeLevel: PropTypes.number.isRequired,
  }).isRequired,
  onEdit: PropTypes.func.isRequired,
};
