export interface Question {
  id: number;
  category: 'science' | 'history' | 'sports';
  question: string;
  options: string[];
  correctAnswer: number;
  explanation?: string;
  points: number;
}

export const questions: Question[] = [
  { id: 1, category: 'science', question: 'H2O is?', options: ['Water', 'Salt', 'Air'], correctAnswer: 0, points: 10 },
  { id: 2, category: 'history', question: 'Year of the moon landing?', options: ['1959', '1969', '1979'], correctAnswer: 1, explanation: 'Apollo 11.', points: 20 },
  { id: 3, category: 'sports', question: 'Players in a football team?', options: ['9', '10', '11'], correctAnswer: 2, points: 10 },
];
