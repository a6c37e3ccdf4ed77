import { useForm, useFieldArray } from 'react-hook-form';
import type { Recipe } from '../recipes';

type RecipeFormValues = Omit<Recipe, 'id' | 'isFavorite'>;

export function RecipeForm({ onSubmit }: { onSubmit: (values: RecipeFormValues) => void }) {
  const { register, control, handleSubmit } = useForm<RecipeFormValues>({
    defaultValues: { title: '', servings: 2, difficulty: 'easy', ingredients: [{ name: '', amount: 0, unit: 'g' }] },
  });
  const { fields, append } = useFieldArray({ control, name: 'ingredients' });
  return (
    <form onSubmit={handleSubmit(onSubmit)}>
      <input {...register('title', { required: true, maxLength: 120 })} />
      <textarea {...register('description')} />
      <input type="number" {...register('servings', { min: 1, valueAsNumber: true })} />
      <input type="number" {...register('prepTime', { valueAsNumber: true })} />
      {fields.map((f, i) => <input key={f.id} {...register(`ingredients.${i}.name`)} />)}
      <button type="button" onClick={() => append({ name: '', amount: 0, unit: 'g' })}>Add ingredient</button>
      <button type="submit">Save</button>
    </form>
  );
}
