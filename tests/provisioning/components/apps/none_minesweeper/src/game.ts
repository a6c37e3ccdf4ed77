export interface Cell {
  row: number;
  col: number;
  isMine: boolean;
  isRevealed: boolean;
  isFlagged: boolean;
  adjacent: number;
}

export type Board = Cell[][];
export type Status = 'idle' | 'playing' | 'won' | 'lost';

export interface Difficulty {
  id: string;
  label: string;
  rows: number;
  cols: number;
  mines: number;
}

export const DIFFICULTIES: Difficulty[] = [
  { id: 'easy', label: 'Easy', rows: 9, cols: 9, mines: 10 },
  { id: 'medium', label: 'Medium', rows: 16, cols: 16, mines: 40 },
  { id: 'hard', label: 'Hard', rows: 16, cols: 30, mines: 99 },
];

export function createBoard({ rows, cols, mines }: Difficulty): Board {
  const board: Board = Array.from({ length: rows }, (_, row) =>
    Array.from({ length: cols }, (_, col) => ({ row, col, isMine: false, isRevealed: false, isFlagged: false, adjacent: 0 })),
  );
  let placed = 0;
  while (placed < mines) {
    const cell = board[Math.floor(Math.random() * rows)][Math.floor(Math.random() * cols)];
    if (!cell.isMine) {
      cell.isMine = true;
      placed += 1;
    }
  }
  return board;
}
