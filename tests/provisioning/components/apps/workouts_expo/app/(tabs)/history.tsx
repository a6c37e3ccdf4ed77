import { FlatList, StyleSheet, Text, TextInput, View } from 'react-native';
import { useState } from 'react';
import { useWorkouts } from '../../context/WorkoutContext';
import type { Workout } from '../../types';

export default function History() {
  const { workouts } = useWorkouts();
  const [search, setSearch] = useState('');
  const shown = workouts.filter((w) => w.name.toLowerCase().includes(search.toLowerCase()));
  return (
    <View style={styles.container}>
      <TextInput style={styles.input} placeholder="Search workouts" value={search} onChangeText={setSearch} />
      <FlatList<Workout>
        data={shown}
        keyExtractor={(item) => item.id}
        renderItem={({ item }) => <Text>{item.name} · {item.exercises.length} exercises</Text>}
      />
    </View>
  );
}

const styles = StyleSheet.create({
  container: { flex: 1, padding: 16 },
  input: { borderWidth: 1, borderColor: '#ccc', borderRadius: 8, padding: 8 },
});
