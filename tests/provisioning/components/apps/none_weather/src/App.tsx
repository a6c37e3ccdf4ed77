import { useState } from 'react';

interface WeatherData {
  id: number;
  name: string;
  main: { temp: number; humidity: number; feels_like: number };
  weather: { id: number; description: string; icon: string }[];
  wind: { speed: number };
}

interface ForecastDay {
  date: string;
  temp: number;
  condition: string;
}

const API_KEY = import.meta.env.VITE_WEATHER_KEY;

export default function App() {
  const [city, setCity] = useState('');
  const [weather, setWeather] = useState<WeatherData | null>(null);
  const [forecast, setForecast] = useState<ForecastDay[]>([]);
  const [unit, setUnit] = useState<'metric' | 'imperial'>('metric');
  const [error, setError] = useState<string | null>(null);

  const search = async (e: React.FormEvent) => {
    e.preventDefault();
    const res = await fetch(`https://api.openweathermap.org/data/2.5/weather?q=${city}&units=${unit}&appid=${API_KEY}`);
    if (!res.ok) return setError('City not found');
    const data: WeatherData = await res.json();
    setWeather(data);
    const days = await fetch(`https://api.openweathermap.org/data/2.5/forecast?q=${city}&appid=${API_KEY}`);
    setForecast((await days.json()).list as ForecastDay[]);
    localStorage.setItem('lastCity', city);
  };

  return (
    <div>
      <form onSubmit={search}>
        <input name="city" value={city} onChange={e => setCity(e.target.value)} placeholder="City" required />
        <select name="unit" value={unit} onChange={e => setUnit(e.target.value as 'metric')}>
          <option value="metric">°C</option>
          <option value="imperial">°F</option>
        </select>
        <button>Search</button>
      </form>
      {error}
      {weather && <p>{weather.name}: {weather.main.temp}</p>}
      {forecast.map(d => <p key={d.date}>{d.temp}</p>)}
    </div>
  );
}
