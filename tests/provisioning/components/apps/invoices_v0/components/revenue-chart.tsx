"use client"
import { Bar, BarChart, XAxis } from "recharts"

const data = [
  { month: "Jan", total: 4200 },
  { month: "Feb", total: 3100 },
  { month: "Mar", total: 5800 },
  { month: "Apr", total: 4900 },
]

export function RevenueChart() {
  return <BarChart data={data} width={600} height={240}><XAxis dataKey="month" /><Bar dataKey="total" /></BarChart>
}
