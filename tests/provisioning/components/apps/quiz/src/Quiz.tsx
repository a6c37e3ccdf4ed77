import { useReducer, useState } from 'react';
import { questions } from './questions';

interface QuizState {
  current: number;
  score: number;
  answers: number[];
  status: 'ready' | 'active' | 'finished';
}

type QuizAction = { type: 'start' } | { type: 'answer'; payload: number } | { type: 'restart' };

interface ScoreEntry {
  id: string;
  player: string;
  score: number;
  total: number;
  playedAt: string;
}

const initialState: QuizState = { current: 0, score: 0, answers: [], status: 'ready' };

function reducer(state: QuizState, action: QuizAction): QuizState {
  switch (action.type) {
    case 'start': return { ...state, status: 'active' };
    case 'answer': return { ...state, answers: [...state.answers, action.payload], current: state.current + 1 };
    default: return initialState;
  }
}

export function Quiz() {
  const [state, dispatch] = useReducer(reducer, initialState);
  const [leaderboard, setLeaderboard] = useState<ScoreEntry[]>(() => JSON.parse(localStorage.getItem('leaderboard') ?? '[]'));
  const [player, setPlayer] = useState('');

  const saveScore = () => {
    const entry: ScoreEntry = {
      id: crypto.randomUUID(), player, score: state.score, total: questions.length, playedAt: new Date().toISOString(),
    };
    const next = [...leaderboard, entry].sort((a, b) => b.score - a.score);
    setLeaderboard(next);
    localStorage.setItem('leaderboard', JSON.stringify(next));
  };

  return (
    <div>
      {questions[state.current]?.options.map((o, i) => (
        <button key={o} onClick={() => dispatch({ type: 'answer', payload: i })}>{o}</button>
      ))}
      <input value={player} onChange={e => setPlayer(e.target.value)} />
      <button onClick={saveScore}>Save</button>
      {leaderboard.map(e => <p key={e.id}>{e.player}: {e.score}</p>)}
    </div>
  );
}
