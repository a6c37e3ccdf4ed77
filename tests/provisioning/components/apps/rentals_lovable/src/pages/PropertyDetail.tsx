import { useEffect, useState } from "react";
import { useParams } from "react-router-dom";
import { differenceInCalendarDays, format } from "date-fns";
import { supabase } from "@/integrations/supabase/client";
import { useAuth } from "@/hooks/useAuth";
import type { Property } from "./Listings";

interface Review {
  id: string;
  rating: number;
  comment: string;
  created_at: string;
  profiles: { full_name: string | null; avatar_url: string | null };
}

const PropertyDetail = () => {
  const { id } = useParams<{ id: string }>();
  const { user } = useAuth();
  const [property, setProperty] = useState<Property | null>(null);
  const [reviews, setReviews] = useState<Review[]>([]);
  const [range, setRange] = useState<{ from?: Date; to?: Date }>({});
  const [guests, setGuests] = useState(1);
  const [rating, setRating] = useState(5);
  const [comment, setComment] = useState("");

  useEffect(() => {
    const fetchData = async () => {
      const { data } = await supabase.from("properties").select("*").eq("id", id).single();
      setProperty(data);
      const { data: reviewData } = await supabase
        .from("reviews")
        .select("id, rating, comment, created_at, profiles(full_name, avatar_url)")
        .eq("property_id", id)
        .order("created_at", { ascending: false });
      setReviews((reviewData as unknown as Review[]) || []);
    };
    fetchData();
  }, [id]);

  const nights = range.from && range.to ? differenceInCalendarDays(range.to, range.from) : 0;

  const handleBook = async () => {
    if (!user || !property || !range.from || !range.to) return;
    const { error } = await supabase.from("bookings").insert([
      {
        property_id: property.id,
        guest_id: user.id,
        check_in: format(range.from, "yyyy-MM-dd"),
        check_out: format(range.to, "yyyy-MM-dd"),
        guests,
        total_price: nights * property.price_per_night,
        status: "pending",
      },
    ]);
    if (error) console.error("Booking failed", error);
  };

  const handleReview = async () => {
    await supabase.from("reviews").insert({ property_id: id, user_id: user!.id, rating, comment });
    await supabase.functions.invoke("notify-owner", { body: { propertyId: id } });
  };

  return (
    <div>
      <h1>{property?.title}</h1>
      <input type="number" min={1} max={10} value={guests} onChange={(e) => setGuests(Number(e.target.value))} />
      <button onClick={handleBook}>Book {nights} nights</button>
      {[1, 2, 3, 4, 5].map((n) => <button key={n} onClick={() => setRating(n)}>★</button>)}
      <textarea value={comment} onChange={(e) => setComment(e.target.value)} />
      <button onClick={handleReview}>Send review</button>
      {reviews.map((review) => <p key={review.id}>{review.profiles?.full_name}: {review.comment}</p>)}
    </div>
  );
};

export default PropertyDetail;
