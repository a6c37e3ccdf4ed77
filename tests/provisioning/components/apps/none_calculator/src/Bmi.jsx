import { useState } from 'react';

export function BmiCalculator() {
  const [values, setValues] = useState({ weight: '', height: '' });
  const [bmi, setBmi] = useState(null);
  const calculate = (e) => {
    e.preventDefault();
    setBmi(values.weight / (values.height / 100) ** 2);
  };
  return (
    <form onSubmit={calculate}>
      <input name="weight" type="number" required onChange={(e) => setValues({ ...values, weight: e.target.value })} />
      <input name="height" type="number" required onChange={(e) => setValues({ ...values, height: e.target.value })} />
      <button>Calculate</button>
      {bmi && <p>{bmi.toFixed(1)}</p>}
    </form>
  );
}
