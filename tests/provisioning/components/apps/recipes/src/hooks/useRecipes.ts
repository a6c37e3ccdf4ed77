import { useEffect, useState } from 'react';
import { nanoid } from 'nanoid';
import type { Recipe } from '../recipes';

const STORAGE_KEY = 'recipes';

export function useRecipes() {
  const [recipes, setRecipes] = useState<Recipe[]>(() => JSON.parse(localStorage.getItem(STORAGE_KEY) ?? '[]'));

  useEffect(() => {
    localStorage.setItem(STORAGE_KEY, JSON.stringify(recipes));
  }, [recipes]);

  const add = (recipe: Omit<Recipe, 'id' | 'isFavorite'>) =>
    setRecipes(current => [...current, { ...recipe, id: nanoid(), isFavorite: false }]);
  const remove = (id: string) => setRecipes(current => current.filter(r => r.id !== id));

  return { recipes, add, remove };
}
