import { Tabs } from 'expo-router';
import { Ionicons } from '@expo/vector-icons';

const TABS = [
  { name: 'index', title: 'Workout', icon: 'barbell' },
  { name: 'history', title: 'History', icon: 'time' },
  { name: 'body', title: 'Body', icon: 'body' },
] as const;

export default function Layout() {
  return (
    <Tabs>
      {TABS.map((tab) => (
        <Tabs.Screen key={tab.name} name={tab.name} options={{ title: tab.title, tabBarIcon: ({ color }) => <Ionicons name={tab.icon} size={24} color={color} /> }} />
      ))}
    </Tabs>
  );
}
