const { DataTypes, Sequelize } = require("sequelize");

const sequelize = new Sequelize("postgres://localhost/app");

const Student = sequelize.define("Student", { name: DataTypes.STRING });
const Course = sequelize.define("Course", { title: DataTypes.STRING });
const Tag = sequelize.define("Tag", { label: DataTypes.STRING });
const Grade = sequelize.define("Grade", { points: DataTypes.INTEGER });
const Enrolment = sequelize.define("Enrolment", { id: { type: DataTypes.INTEGER, primaryKey: true, autoIncrement: true }, since: DataTypes.DATEONLY });
Student.belongsToMany(Course, { through: "StudentCourses" });
Course.belongsToMany(Student, { through: "StudentCourses" });
Student.belongsToMany(Tag, { through: "student_tags", foreignKey: "student", otherKey: "tag", timestamps: false });
Student.belongsToMany(Course, { through: Grade, as: "graded" });
Course.belongsToMany(Student, { through: Enrolment, as: "enrolled", foreignKey: "courseId", otherKey: "studentId" });
