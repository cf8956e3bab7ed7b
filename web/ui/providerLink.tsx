import { Link } from '@tanstack/react-router';

/** The name of a provider, which leads to its page. */
export function ProviderLink({ name }: { name: string }) {
  return (
    <Link to="/providers/$name" params={{ name }} className="name-link">
      {name}
    </Link>
  );
}
