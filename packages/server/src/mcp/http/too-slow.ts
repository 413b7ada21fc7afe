/** What ends a response whose client does not read it. Whatever listens prints it: as one line, without where it was made. */
export function tooSlow(): Error {
  const error = new TypeError('the client reads too slowly')
  error.stack = 'ecp: a client that reads too slowly is left'
  return error
}
