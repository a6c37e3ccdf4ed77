export function Newsletter() {
  return (
    <form action="https://agency.us1.list-manage.com/subscribe/post?u=abc&id=def" method="post" target="_blank">
      <input type="email" name="EMAIL" required placeholder="you@example.com" />
      <button type="submit" name="subscribe">Subscribe</button>
    </form>
  );
}
