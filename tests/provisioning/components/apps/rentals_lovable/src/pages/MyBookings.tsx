import { useEffect, useState } from "react";
import { supabase } from "@/integrations/supabase/client";
import { useAuth } from "@/hooks/useAuth";

type BookingStatus = "pending" | "confirmed" | "cancelled";

interface Booking {
  id: string;
  property_id: string;
  guest_id: string;
  check_in: string;
  check_out: string;
  guests: number;
  total_price: number;
  status: BookingStatus;
  created_at: string;
  properties?: { title: string; city: string; image_url: string | null };
}

const statusColors: Record<BookingStatus, string> = {
  pending: "bg-yellow-100 text-yellow-800",
  confirmed: "bg-green-100 text-green-800",
  cancelled: "bg-red-100 text-red-800",
};

export default function MyBookings() {
  const { user } = useAuth();
  const [bookings, setBookings] = useState<Booking[]>([]);

  useEffect(() => {
    if (!user) return;
    supabase.from("bookings").select("*, properties(title, city, image_url)").eq("guest_id", user.id).order("check_in")
      .then(({ data }) => setBookings(data ?? []));
  }, [user]);

  const cancel = async (bookingId: string) => {
    await supabase.from("bookings").update({ status: "cancelled" }).eq("id", bookingId);
    setBookings((prev) => prev.map((b) => (b.id === bookingId ? { ...b, status: "cancelled" } : b)));
  };

  return (
    <ul>
      {bookings.map((b) => (
        <li key={b.id} className={statusColors[b.status]}>{b.properties?.title} {b.check_in} – {b.check_out} <button onClick={() => cancel(b.id)}>Cancel</button></li>
      ))}
    </ul>
  );
}
