import { useId, useState } from 'react';

export type Option = { value: string; label: string; disabled?: boolean; group?: string };

export interface ComboboxProps {
  options: Option[];
  value?: string;
  placeholder?: string;
  onChange: (value: string) => void;
}

export function Combobox({ options, value, placeholder, onChange }: ComboboxProps) {
  const id = useId();
  const [open, setOpen] = useState(false);
  const [query, setQuery] = useState('');
  const [filtered, setFiltered] = useState<Option[]>(options);
  return (
    <div>
      <input id={id} value={query || value} placeholder={placeholder} onFocus={() => setOpen(true)}
        onChange={(e) => { setQuery(e.target.value); setFiltered(options.filter((o) => o.label.includes(e.target.value))); }} />
      {open && <ul>{filtered.map((o) => <li key={o.value} onClick={() => onChange(o.value)}>{o.label}</li>)}</ul>}
    </div>
  );
}
