import { Link, useLocation } from 'wouter'
import { places } from '../places.ts'

/** The pages, with how many wait for a person at the inbox. */
export function Navigation({ open }: { readonly open: number | undefined }) {
  const [path] = useLocation()
  return (
    <nav className="navigation" aria-label="Pages">
      <ul>
        {places.map(({ name, href, under }) => {
          const isHere = path === href || under.some((start) => path.startsWith(start))
          return (
            <li key={href}>
              <Link href={href} aria-current={isHere ? 'page' : undefined}>
                {name}
                {href === '/' && open !== undefined && open > 0 && (
                  <span className="navigation-count">
                    {open}
                    <span className="unseen"> open</span>
                  </span>
                )}
              </Link>
            </li>
          )
        })}
      </ul>
    </nav>
  )
}
