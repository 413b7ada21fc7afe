import { StrictMode } from 'react'
import { createRoot } from 'react-dom/client'
import { App } from './app.tsx'
import { signIn } from './session/sign-in.ts'
import './style/theme.css'
import './style/base.css'

// Before anything is shown. A link that is pasted into this tab changes nothing but the part behind `#`.
signIn.fromAddress()
window.addEventListener('hashchange', signIn.fromAddress)

const root = document.getElementById('root')
if (root) {
  createRoot(root).render(
    <StrictMode>
      <App />
    </StrictMode>,
  )
}
