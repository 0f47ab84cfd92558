import { render } from 'preact';
import { App } from './app.js';
import { loadModel, model } from './model.js';

document.title = `${model.name} – what does it show?`;
render(<App />, document.getElementById('app')!); // it is in index.html
void loadModel();

// On a disk everything is there without it.
if (location.protocol !== 'file:' && 'serviceWorker' in navigator) {
  navigator.serviceWorker.register('service-worker.js').catch(() => {});
}
