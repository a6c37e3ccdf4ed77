export type Json = string | number | boolean | null | { [key: string]: Json | undefined } | Json[]

export type Database = {
  public: {
    Tables: {
      stylists: {
        Row: {
          bio: string | null
          created_at: string
          display_name: string
          hired_on: string | null
          id: string
          is_active: boolean
          user_id: string | null
        }
        Insert: {
          bio?: string | null
          created_at?: string
          display_name: string
          hired_on?: string | null
          id?: string
          is_active?: boolean
          user_id?: string | null
        }
        Update: {
          display_name?: string
        }
        Relationships: []
      }
      stylist_treatments: {
        Row: {
          stylist_id: string
          treatment_id: number
        }
        Insert: {
          stylist_id: string
          treatment_id: number
        }
        Update: {
          stylist_id?: string
        }
        Relationships: [
          {
            foreignKeyName: "stylist_treatments_stylist_id_fkey"
            columns: ["stylist_id"]
            isOneToOne: false
            referencedRelation: "stylists"
            referencedColumns: ["id"]
          },
          {
            foreignKeyName: "stylist_treatments_treatment_id_fkey"
            columns: ["treatment_id"]
            isOneToOne: false
            referencedRelation: "treatments"
            referencedColumns: ["id"]
          },
        ]
      }
      treatments: {
        Row: {
          category: Database["public"]["Enums"]["treatment_category"]
          duration_minutes: number
          id: number
          name: string
          price: number
        }
        Insert: {
          category?: Database["public"]["Enums"]["treatment_category"]
          duration_minutes: number
          id?: never
          name: string
          price: number
        }
        Update: {
          name?: string
        }
        Relationships: []
      }
      visits: {
        Row: {
          customer_email: string
          details: Json
          reminders: string[]
          starts_at: string
          status: Database["public"]["Enums"]["visit_status"]
          stylist_id: string
          treatment_id: number
          visit_id: number
        }
        Insert: {
          customer_email: string
          details?: Json
          reminders?: string[]
          starts_at: string
          status?: Database["public"]["Enums"]["visit_status"]
          stylist_id: string
          treatment_id: number
          visit_id?: number
        }
        Update: {
          status?: Database["public"]["Enums"]["visit_status"]
        }
        Relationships: [
          {
            foreignKeyName: "visits_stylist_id_fkey"
            columns: ["stylist_id"]
            isOneToOne: false
            referencedRelation: "stylists"
            referencedColumns: ["id"]
          },
          {
            foreignKeyName: "visits_stylist_id_fkey"
            columns: ["stylist_id"]
            isOneToOne: false
            referencedRelation: "busy_stylists"
            referencedColumns: ["stylist_id"]
          },
          {
            foreignKeyName: "visits_treatment_id_fkey"
            columns: ["treatment_id"]
            isOneToOne: false
            referencedRelation: "treatments"
            referencedColumns: ["id"]
          },
        ]
      }
    }
    Views: {
      busy_stylists: {
        Row: { stylist_id: string | null; visits: number | null }
        Relationships: []
      }
    }
    Functions: { [_ in never]: never }
    Enums: {
      treatment_category: "hair" | "nails" | "skin"
      visit_status: "booked" | "done" | "no_show"
    }
    CompositeTypes: { [_ in never]: never }
  }
}

export type Tables<T extends keyof Database["public"]["Tables"]> = Database["public"]["Tables"][T]["Row"]
