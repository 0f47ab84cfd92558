import { About } from './about.js';
import { Brand } from './brand.js';
import { CameraPanel } from './camera-panel.js';
import { ClipAnswers, ClipPanel } from './clip-panel.js';
import { announced } from './judged-clips.js';
import { model, modelState } from './model.js';

export function App() {
  return (
    <>
      <header class="top">
        <Brand name={model.name} />
        <p class="quiet state">{STATES[modelState.value.kind]}</p>
      </header>
      <main>
        <div class="lead">
          <h1>What does it show?</h1>
          {model.description !== '' && <p>{model.description}</p>}
          <p class="quiet">
            Everything is computed in this browser. Nothing that you show here is sent anywhere or kept.
          </p>
        </div>
        <Failure />
        <div class="two">
          <CameraPanel />
          <ClipPanel />
        </div>
        <ClipAnswers />
        <About />
      </main>
      <p class="unseen" role="status">
        {announced.value}
      </p>
    </>
  );
}

const STATES = { loading: 'Loading the model…', ready: 'Ready', failed: 'Not loaded' } as const;

function Failure() {
  const { value } = modelState;
  if (value.kind !== 'failed') return null;
  return (
    <div class="message bad" role="alert">
      <p>
        The model could not be loaded. A current Chrome, Edge, Firefox or Safari can. What this one says:{' '}
        {value.problem}
      </p>
    </div>
  );
}
