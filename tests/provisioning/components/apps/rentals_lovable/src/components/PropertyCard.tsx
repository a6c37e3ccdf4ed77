import { Heart } from "lucide-react";
import type { Property } from "@/pages/Listings";

interface PropertyCardProps {
  property: Property;
  isFavorite?: boolean;
  onFavorite: () => void;
}

export const PropertyCard = ({ property, isFavorite, onFavorite }: PropertyCardProps) => (
  <div className="rounded-lg border">
    <img src={property.image_url ?? "/placeholder.svg"} alt={property.title} />
    <h3>{property.title}</h3>
    <p>${property.price_per_night} / night</p>
    <button onClick={onFavorite}><Heart fill={isFavorite ? "red" : "none"} /></button>
  </div>
);
