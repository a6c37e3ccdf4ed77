import { useForm } from 'react-hook-form'
import { useAddPetMutation } from '../../services/clinicApi'
import { Species, type Pet } from './types'

type PetFormValues = Omit<Pet, 'id' | 'ownerId'>

export function PetForm({ ownerId, onDone }: { ownerId: number; onDone: () => void }) {
  const [addPet, { isLoading }] = useAddPetMutation()
  const { register, handleSubmit, formState: { errors } } = useForm<PetFormValues>({ defaultValues: { species: Species.Dog } })
  const submit = handleSubmit(async (values) => {
    await addPet({ ...values, ownerId }).unwrap()
    onDone()
  })
  return (
    <form onSubmit={submit}>
      <input {...register('name', { required: 'Name is required', maxLength: 60 })} />
      {errors.name && <p>{errors.name.message}</p>}
      <select {...register('species')}>{Object.values(Species).map((s) => <option key={s}>{s}</option>)}</select>
      <input {...register('breed')} />
      <input type="date" {...register('birthDate', { required: true })} />
      <input type="number" step="0.1" {...register('weightKg', { valueAsNumber: true, min: 0 })} />
      <button disabled={isLoading}>Save</button>
    </form>
  )
}
