import { Clock, FileText, Home, Users } from "lucide-react"
import Link from "next/link"

const links = [
  { name: "Home", href: "/", icon: Home },
  { name: "Invoices", href: "/invoices", icon: FileText },
  { name: "Clients", href: "/clients", icon: Users },
  { name: "Time", href: "/time", icon: Clock },
]

export function SideNav() {
  return <nav>{links.map((link) => <Link key={link.name} href={link.href}><link.icon />{link.name}</Link>)}</nav>
}
