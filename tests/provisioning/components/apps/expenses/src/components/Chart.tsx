const chartData = [
  { name: 'Jan', value: 400 },
  { name: 'Feb', value: 300 },
  { name: 'Mar', value: 520 },
];
const chartColors = ['#0088FE', '#00C49F', '#FFBB28'];

export const Chart = () => (
  <svg>{chartData.map((d, i) => <rect key={d.name} height={d.value} fill={chartColors[i]} />)}</svg>
);
