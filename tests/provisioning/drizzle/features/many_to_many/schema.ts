import { relations } from "drizzle-orm";
import { pgTable, integer, serial, text, primaryKey } from "drizzle-orm/pg-core";

export const students = pgTable("students", { id: serial("id").primaryKey(), name: text("name") });
export const courses = pgTable("courses", { id: serial("id").primaryKey(), title: text("title") });
export const studentsToCourses = pgTable(
  "students_to_courses",
  {
    studentId: integer("student_id").notNull().references(() => students.id, { onDelete: "cascade" }),
    courseId: integer("course_id").notNull().references(() => courses.id, { onDelete: "cascade" }),
  },
  (t) => [primaryKey({ columns: [t.studentId, t.courseId] })],
);
export const studentRelations = relations(students, ({ many }) => ({ courses: many(studentsToCourses) }));
