import { useForm } from "react-hook-form";
import { zodResolver } from "@hookform/resolvers/zod";
import { z } from "zod";
import { supabase } from "@/integrations/supabase/client";
import { useAuth } from "@/hooks/useAuth";
import { Form, FormControl, FormField, FormItem, FormLabel, FormMessage } from "@/components/ui/form";
import { Input } from "@/components/ui/input";
import { Textarea } from "@/components/ui/textarea";
import { Button } from "@/components/ui/button";

const listingSchema = z.object({
  title: z.string().min(5, "Title must be at least 5 characters").max(100),
  description: z.string().max(2000).optional(),
  city: z.string().min(2),
  price_per_night: z.coerce.number().positive(),
  bedrooms: z.coerce.number().int().min(1).max(20),
  property_type: z.enum(["apartment", "house", "villa", "cabin"]),
  image: z.instanceof(File).optional(),
});

type ListingFormData = z.infer<typeof listingSchema>;

const NewListing = () => {
  const { user } = useAuth();
  const form = useForm<ListingFormData>({ resolver: zodResolver(listingSchema), defaultValues: { title: "", city: "", property_type: "apartment" } });

  const onSubmit = async (values: ListingFormData) => {
    let imageUrl: string | null = null;
    if (values.image) {
      const path = `${user!.id}/${crypto.randomUUID()}`;
      await supabase.storage.from("property-images").upload(path, values.image);
      imageUrl = supabase.storage.from("property-images").getPublicUrl(path).data.publicUrl;
    }
    await supabase.from("properties").insert({
      owner_id: user!.id,
      title: values.title,
      description: values.description,
      city: values.city,
      price_per_night: values.price_per_night,
      bedrooms: values.bedrooms,
      property_type: values.property_type,
      image_url: imageUrl,
      is_published: true,
    });
  };

  return (
    <Form {...form}>
      <form onSubmit={form.handleSubmit(onSubmit)}>
        <FormField control={form.control} name="title" render={({ field }) => (
          <FormItem><FormLabel>Title</FormLabel><FormControl><Input {...field} /></FormControl><FormMessage /></FormItem>
        )} />
        <FormField control={form.control} name="description" render={({ field }) => (
          <FormItem><FormLabel>Description</FormLabel><FormControl><Textarea {...field} /></FormControl></FormItem>
        )} />
        <FormField control={form.control} name="price_per_night" render={({ field }) => (
          <FormItem><FormControl><Input type="number" {...field} /></FormControl></FormItem>
        )} />
        <Button type="submit">Publish</Button>
      </form>
    </Form>
  );
};

export default NewListing;
