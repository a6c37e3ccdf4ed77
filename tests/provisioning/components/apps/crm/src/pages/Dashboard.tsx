import { useState } from 'react';
import { Activity, Company, Deal, DealStage } from '../lib/types';

interface StatCard {
  title: string;
  value: string;
  change: string;
  icon: React.ReactNode;
}

const stageColors: Record<DealStage, string> = {
  lead: 'bg-gray-200', qualified: 'bg-blue-200', proposal: 'bg-amber-200', won: 'bg-green-200', lost: 'bg-red-200',
};

export default function Dashboard({ stats }: { stats: StatCard[] }) {
  const [deals, setDeals] = useState<Deal[]>([]);
  const [companies] = useState<Company[]>([]);
  const [activities, setActivities] = useState<Activity[]>([]);
  const [selectedDeal, setSelectedDeal] = useState<Deal | null>(null);
  return (
    <div>
      {stats.map(s => <div key={s.title}>{s.icon}{s.value}</div>)}
      {deals.map(d => <p key={d.id} className={stageColors[d.stage]} onClick={() => setSelectedDeal(d)}>{d.title}</p>)}
      {companies.length} {activities.length}
      <button onClick={() => { setDeals([]); setActivities([]); }}>Reset</button>
    </div>
  );
}
