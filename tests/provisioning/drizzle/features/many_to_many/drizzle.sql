CREATE TABLE "students" (
	"id" serial PRIMARY KEY NOT NULL,
	"name" text
);

CREATE TABLE "courses" (
	"id" serial PRIMARY KEY NOT NULL,
	"title" text
);

CREATE TABLE "students_to_courses" (
	"student_id" integer NOT NULL,
	"course_id" integer NOT NULL,
	CONSTRAINT "students_to_courses_student_id_course_id_pk" PRIMARY KEY("student_id","course_id")
);

ALTER TABLE "students_to_courses" ADD CONSTRAINT "students_to_courses_student_id_students_id_fk" FOREIGN KEY ("student_id") REFERENCES "public"."students"("id") ON DELETE cascade ON UPDATE no action;
ALTER TABLE "students_to_courses" ADD CONSTRAINT "students_to_courses_course_id_courses_id_fk" FOREIGN KEY ("course_id") REFERENCES "public"."courses"("id") ON DELETE cascade ON UPDATE no action;
