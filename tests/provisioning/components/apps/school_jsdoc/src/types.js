/**
 * @typedef {Object} Student
 * @property {number} id
 * @property {string} firstName
 * @property {string} lastName
 * @property {number} gradeLevel
 * @property {string} guardianEmail
 * @property {string} [notes]
 */

/**
 * @typedef {Object} Course
 * @property {number} id
 * @property {string} title
 * @property {string} code  Short code, e.g. "MATH-101"
 * @property {number} credits
 * @property {number} teacherId
 */

/**
 * @typedef {object} Enrollment
 * @property {number} id
 * @property {number} studentId
 * @property {number} courseId
 * @property {number|null} grade   Average so far, null until the first test
 * @property {string} enrolledAt
 */

export {};
