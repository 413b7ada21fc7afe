import { StrictMode } from 'react'
import { createRoot } from 'react-dom/client'
import { App } from './app.tsx'
import { takeCode } from './session/code-in-address.ts'
import { passkeyPath, registration } from './session/registration.ts'
import { signIn } from './session/sign-in.ts'
import './style/theme.css'
import './style/base.css'

// Before anything is shown. A link that is pasted into this tab changes nothing but the part behind `#`.
enter()
window.addEventListener('hashchange', enter)

function enter(): void {
  const code = takeCode()
  if (code === undefined) return
  if (location.pathname === passkeyPath) registration.begin(code)
  else void signIn.with(code)
}

const root = document.getElementById('root')
if (root) {
  createRoot(root).render(
    <StrictMode>
      <App />
    </StrictMode>,
  )
}
