import { useState } from "react";
import { useQuery, useMutation, useQueryClient } from "@tanstack/react-query";
import { supabase } from "@/integrations/supabase/client";
import { useAuth } from "@/hooks/useAuth";
import { PropertyCard } from "@/components/PropertyCard";

export interface Property {
  id: string;
  owner_id: string;
  title: string;
  description: string | null;
  city: string;
  price_per_night: number;
  bedrooms: number;
  property_type: "apartment" | "house" | "villa" | "cabin";
  amenities: string[] | null;
  image_url: string | null;
  is_published: boolean;
  created_at: string;
}

const Listings = () => {
  const { user } = useAuth();
  const queryClient = useQueryClient();
  const [filters, setFilters] = useState({ city: "", maxPrice: 500, type: "all" });

  const { data: properties, isLoading } = useQuery({
    queryKey: ["properties", filters],
    queryFn: async () => {
      let query = supabase.from("properties").select("*").eq("is_published", true).lte("price_per_night", filters.maxPrice);
      if (filters.city) query = query.ilike("city", `%${filters.city}%`);
      const { data, error } = await query.order("created_at", { ascending: false });
      if (error) throw error;
      return data as Property[];
    },
  });

  const { data: favorites } = useQuery({
    queryKey: ["favorites", user?.id],
    enabled: !!user,
    queryFn: async () => {
      const { data } = await supabase.from("favorites").select("property_id").eq("user_id", user!.id);
      return data?.map((f) => f.property_id) ?? [];
    },
  });

  const toggleFavorite = useMutation({
    mutationFn: async (propertyId: string) => {
      if (favorites?.includes(propertyId)) {
        await supabase.from("favorites").delete().eq("user_id", user!.id).eq("property_id", propertyId);
      } else {
        await supabase.from("favorites").insert({ user_id: user!.id, property_id: propertyId });
      }
    },
    onSuccess: () => queryClient.invalidateQueries({ queryKey: ["favorites"] }),
  });

  if (isLoading) return <div>Loading...</div>;
  return (
    <div className="grid grid-cols-3 gap-6">
      <input value={filters.city} onChange={(e) => setFilters({ ...filters, city: e.target.value })} placeholder="City" />
      {properties?.map((property) => (
        <PropertyCard key={property.id} property={property} isFavorite={favorites?.includes(property.id)} onFavorite={() => toggleFavorite.mutate(property.id)} />
      ))}
    </div>
  );
};

export default Listings;
