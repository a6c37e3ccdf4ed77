import { useState } from "react";
import { useNavigate } from "react-router-dom";
import { supabase } from "@/integrations/supabase/client";
import { Button } from "@/components/ui/button";
import { Input } from "@/components/ui/input";
import { useToast } from "@/hooks/use-toast";

const Auth = () => {
  const [isSignUp, setIsSignUp] = useState(false);
  const [email, setEmail] = useState("");
  const [password, setPassword] = useState("");
  const [fullName, setFullName] = useState("");
  const { toast } = useToast();
  const navigate = useNavigate();

  const handleSubmit = async (e: React.FormEvent) => {
    e.preventDefault();
    const { error } = isSignUp
      ? await supabase.auth.signUp({ email, password, options: { data: { full_name: fullName } } })
      : await supabase.auth.signInWithPassword({ email, password });
    if (error) {
      toast({ title: "Error", description: error.message, variant: "destructive" });
      return;
    }
    navigate("/");
  };

  return (
    <form onSubmit={handleSubmit} className="space-y-4">
      {isSignUp && <Input value={fullName} onChange={(e) => setFullName(e.target.value)} placeholder="Full name" />}
      <Input type="email" value={email} onChange={(e) => setEmail(e.target.value)} required />
      <Input type="password" value={password} onChange={(e) => setPassword(e.target.value)} required minLength={6} />
      <Button type="submit">{isSignUp ? "Sign up" : "Sign in"}</Button>
    </form>
  );
};

export default Auth;
