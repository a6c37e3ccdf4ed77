import { useReducer, useState } from 'react';

interface CounterState {
  count: number;
  step: number;
}
type CounterAction = { type: 'increment' } | { type: 'decrement' } | { type: 'reset' } | { type: 'step'; payload: number };

const initialState: CounterState = { count: 0, step: 1 };

function reducer(state: CounterState, action: CounterAction): CounterState {
  switch (action.type) {
    case 'increment': return { ...state, count: state.count + state.step };
    case 'decrement': return { ...state, count: state.count - state.step };
    case 'step': return { ...state, step: action.payload };
    default: return initialState;
  }
}

export default function App() {
  const [state, dispatch] = useReducer(reducer, initialState);
  const [history, setHistory] = useState<number[]>([]);
  const add = () => { dispatch({ type: 'increment' }); setHistory([...history, state.count]); };
  return (
    <div>
      <h1>{state.count}</h1>
      <input type="number" value={state.step} onChange={e => dispatch({ type: 'step', payload: +e.target.value })} />
      <button onClick={add}>+</button>
      <button onClick={() => dispatch({ type: 'decrement' })}>-</button>
      <p>{history.join(', ')}</p>
    </div>
  );
}
