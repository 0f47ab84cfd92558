import { render } from 'preact';
import { App } from './app.js';
import { followProject } from './project.js';

render(<App />, document.getElementById('app')!); // it is in index.html
followProject();
