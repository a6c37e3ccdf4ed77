const BASE = '/api';

/**
 * @template T
 * @param {string} path
 * @param {RequestInit} [options]
 * @returns {Promise<T>}
 */
async function request(path, options) {
  const response = await fetch(`${BASE}${path}`, { headers: { 'Content-Type': 'application/json' }, ...options });
  if (!response.ok) throw new Error(response.statusText);
  return response.json();
}

/** @returns {Promise<import('./types').Student[]>} */
export const getStudents = () => request('/students');

/** @param {Omit<import('./types').Student, 'id'>} student */
export const createStudent = (student) => request('/students', { method: 'POST', body: JSON.stringify(student) });

/** @returns {Promise<import('./types').Course[]>} */
export const getCourses = () => request('/courses');

export const getTeachers = () => request('/teachers');

/** @returns {Promise<import('./types').Enrollment[]>} */
export const getEnrollments = (courseId) => request(`/courses/${courseId}/enrollments`);

export const enroll = (courseId, studentId) =>
  request('/enrollments', { method: 'POST', body: JSON.stringify({ courseId, studentId }) });

export const setGrade = (id, grade) => request(`/enrollments/${id}`, { method: 'PATCH', body: JSON.stringify({ grade }) });
