import { useState } from 'react';

const buttons = [
  { id: 'clear', label: 'C', type: 'action', className: 'wide' },
  { id: 'divide', label: '/', type: 'operator' },
  { id: 'seven', label: '7', type: 'digit' },
  { id: 'eight', label: '8', type: 'digit' },
  { id: 'equals', label: '=', type: 'action' },
];

export default function Calculator() {
  const [display, setDisplay] = useState('0');
  const [history, setHistory] = useState([]);
  const press = (button) => {
    if (button.type === 'digit') setDisplay(display === '0' ? button.label : display + button.label);
    if (button.id === 'equals') {
      setHistory([...history, { expression: display, result: eval(display) }]);
      setDisplay(String(eval(display)));
    }
  };
  return (
    <div>
      <output>{display}</output>
      {buttons.map((b) => <button key={b.id} onClick={() => press(b)}>{b.label}</button>)}
      <ul>{history.map((h, i) => <li key={i}>{h.expression} = {h.result}</li>)}</ul>
    </div>
  );
}
