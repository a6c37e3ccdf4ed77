import { useEffect, useReducer, useState } from 'react';
import { createBoard, DIFFICULTIES, type Board, type Difficulty, type Status } from './game';

interface GameState {
  board: Board;
  status: Status;
  difficulty: Difficulty;
  flags: number;
  history: Move[];
}

interface Move {
  type: 'reveal' | 'flag';
  row: number;
  col: number;
}

type Action = { type: 'reveal'; row: number; col: number } | { type: 'flag'; row: number; col: number } | { type: 'reset'; difficulty: Difficulty };

function reducer(state: GameState, action: Action): GameState {
  switch (action.type) {
    case 'reset':
      return { board: createBoard(action.difficulty), status: 'idle', difficulty: action.difficulty, flags: 0, history: [] };
    case 'flag':
      return { ...state, flags: state.flags + 1, history: [...state.history, { type: 'flag', row: action.row, col: action.col }] };
    default:
      return { ...state, status: 'playing', history: [...state.history, { type: 'reveal', row: action.row, col: action.col }] };
  }
}

export default function App() {
  const [state, dispatch] = useReducer(reducer, DIFFICULTIES[0], (d) => ({ board: createBoard(d), status: 'idle' as Status, difficulty: d, flags: 0, history: [] }));
  const [seconds, setSeconds] = useState(0);
  const [bestTimes, setBestTimes] = useState<Record<string, number>>(() => JSON.parse(localStorage.getItem('best-times') ?? '{}'));

  useEffect(() => {
    if (state.status !== 'won') return;
    const next = { ...bestTimes, [state.difficulty.id]: Math.min(seconds, bestTimes[state.difficulty.id] ?? Infinity) };
    setBestTimes(next);
    localStorage.setItem('best-times', JSON.stringify(next));
  }, [state.status]);

  return (
    <main>
      <select onChange={(e) => dispatch({ type: 'reset', difficulty: DIFFICULTIES.find((d) => d.id === e.target.value)! })}>
        {DIFFICULTIES.map((d) => <option key={d.id} value={d.id}>{d.label}</option>)}
      </select>
      <p onClick={() => setSeconds(seconds + 1)}>{seconds}s · best {bestTimes[state.difficulty.id] ?? '–'}</p>
      {state.board.map((row, r) => <div key={r}>{row.map((cell, c) => <button key={c} onClick={() => dispatch({ type: 'reveal', row: r, col: c })}>{cell.isRevealed ? cell.adjacent : ''}</button>)}</div>)}
    </main>
  );
}
