// The field for the next message: Enter sends, Shift+Enter is a new line.

const TALLEST = 240;

/** Calls `send(text)`, which tells whether the text was taken. */
export function bindComposer(form, prompt, send) {
  const fit = () => {
    prompt.style.setProperty('height', 'auto');
    prompt.style.setProperty('height', `${Math.min(TALLEST, prompt.scrollHeight)}px`);
  };
  const submit = () => {
    const text = prompt.value.trim();
    if (text === '' || !send(text)) return;
    prompt.value = '';
    fit();
  };
  prompt.addEventListener('input', fit);
  window.addEventListener('resize', fit);
  prompt.addEventListener('keydown', (event) => {
    // While an input method composes a word, Enter is its own.
    if (event.key !== 'Enter' || event.shiftKey || event.isComposing) return;
    event.preventDefault();
    submit();
  });
  form.addEventListener('submit', (event) => {
    event.preventDefault();
    submit();
    prompt.focus();
  });
}
