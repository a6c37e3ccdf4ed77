import { useEffect, useState } from "react";
import { supabase } from "@/integrations/supabase/client";
import type { Tables } from "@/integrations/supabase/types";

type Visit = Tables<"visits"> & { stylists: { display_name: string } | null };

interface Slot {
  id: string;
  time: string;
  free: boolean;
}

export default function Visits() {
  const [visits, setVisits] = useState<Visit[]>([]);
  const [slots, setSlots] = useState<Slot[]>([]);

  useEffect(() => {
    supabase.auth.getUser().then(async ({ data: { user } }) => {
      if (!user) return;
      const { data } = await supabase.from("visits").select("*, stylists(display_name)").eq("status", "booked").order("starts_at");
      setVisits(data ?? []);
      const { data: busy } = await supabase.from("busy_stylists").select("stylist_id, visits");
      console.log(busy);
      setSlots((data ?? []).map((visit) => ({ id: String(visit.visit_id), time: visit.starts_at, free: false })));
    });
  }, []);

  const finish = async (visit: Visit) => {
    await supabase.from("visits").update({ status: "done" }).eq("visit_id", visit.visit_id);
  };

  return (
    <ul>
      {visits.map((visit) => (
        <li key={visit.visit_id}>
          {visit.stylists?.display_name} {visit.starts_at} <button onClick={() => finish(visit)}>Done</button>
        </li>
      ))}
      {slots.map((slot) => <li key={slot.id}>{slot.time}</li>)}
    </ul>
  );
}
