import type { MobileNet } from '../encoder/mobilenet.js';
import type { TrainedPart } from '../encoder/trained-parameters.js';
import type { FrameBatch, SequenceBatch, TokenBatch } from '../inputs/batches.js';
import type { Loss } from '../network/losses.js';
import type { RecurrentNetwork } from '../network/recurrent.js';
import type { Standardization } from '../network/standardize.js';
import type { States } from '../network/states.js';
import type { Weights } from '../tensors/tensor.js';

export type EngineName = 'onnx' | 'tensorflow';

export interface EngineOptions {
  /** Threads of one computation of the onnx engine; as many as the machine has cores when absent. */
  readonly threads?: number;
  /** Whether others compute meanwhile, such as ffmpeg: threads that wait for each other then leave them the cores. */
  readonly sharesCores?: boolean;
}

/**
 * Something that computes: it interprets network descriptions with given weights. What an engine hands out
 * owns native memory until its `release` is called; the arrays that go in and out are plain copies that
 * belong to the caller.
 */
export interface Engine {
  readonly name: EngineName;
  /** Version of the library that computes, as it reports it. */
  readonly version: string;
  /**
   * @param weightsName Of these weights alone: the engine may keep what it makes of them for the next time.
   * @throws UserError `usage` where the engine has no such precision.
   */
  loadEncoder(network: MobileNet, weights: Weights, weightsName?: string): Promise<FrameEncoder>;
  /**
   * @param weightsName As of loadEncoder.
   * @throws UserError `usage` where the engine has no such network.
   */
  loadClassifier(
    network: RecurrentNetwork,
    weights: Weights,
    weightsName?: string,
  ): Promise<SequenceClassifier>;
  /**
   * A network that answers every timestep, to run from any states.
   *
   * @throws UserError `usage` where the engine has no such network.
   */
  loadSequenceModel(network: RecurrentNetwork, weights: Weights): Promise<SequenceModel>;
  /**
   * A network that reads a source, to write after it token by token.
   *
   * @throws UserError `usage` where the engine has no such network.
   */
  loadTranslationModel(network: RecurrentNetwork, weights: Weights): Promise<TranslationModel>;
  /**
   * The parameters of the same network with precision `int8`, its feature maps' ranges as these frames have them.
   *
   * @param frames uint8 RGB [count, size, size, 3]: about a hundred, of the kind that the network is to see.
   * @throws UserError `usage` where the engine has no such precision.
   */
  quantizeEncoder(network: MobileNet, weights: Weights, frames: Uint8Array): Promise<Weights>;
  readonly training: TrainingOperations;
}

export interface FrameEncoder {
  /**
   * @param frames uint8 RGB [count, size, size, 3], size being the network's inputSize.
   * @returns float32 features and statistics [count, encodedWidth].
   */
  encode(frames: Uint8Array): Promise<Float32Array>;
  release(): Promise<void>;
}

export interface Classification {
  /** float32 [batch, classes], before softmax. */
  readonly logits: Float32Array;
  /** float32 [batch, readoutWidth]: what the head reads, one vector a sequence. */
  readonly readout: Float32Array;
  /** float32 [batch, timesteps], each row summing to 1, zero past its length; where the network attends. */
  readonly attention?: Float32Array | undefined;
  /** float32 [batch]: how far each is from what a whole model was trained on, where that knows; see members.ts. */
  readonly distances?: Float32Array | undefined;
}

export interface SequenceClassifier {
  classify(batch: SequenceBatch): Promise<Classification>;
  release(): Promise<void>;
}

/** A network whose readout is `every`: generation, and models of language. */
export interface SequenceModel {
  /**
   * The logits of every timestep, and the states after the last one of each sequence; no states where it reads a source.
   *
   * @param states Those that a run gave, for sequences that go on from there; zero when absent.
   */
  run(batch: SequenceBatch, states?: States): Promise<SequenceRun>;
  /**
   * What the softmax gives to one class at every timestep, without logits for all classes at once.
   *
   * @param classes int32 [batch, timesteps]; what is IGNORED gets 0.
   */
  score(batch: SequenceBatch, classes: Int32Array, states?: States): Promise<SequenceScore>;
  release(): Promise<void>;
}

export interface SequenceRun {
  /**
   * float32 [batch, timesteps, classes], before softmax; anything past a sequence's length. Of an adaptive softmax the
   * logarithms of its probabilities.
   */
  readonly logits: Float32Array;
  readonly states: States;
}

export interface SequenceScore {
  /** float32 [batch, timesteps], natural logarithms. */
  readonly logProbabilities: Float32Array;
  readonly states: States;
}

/** A network whose every timestep attends to a source: translation. */
export interface TranslationModel {
  read(sources: TokenBatch): Promise<SourceMemory>;
  /**
   * What comes after one more token of each row.
   *
   * @param tokens int32 [rows]
   * @param after.memory of the row's source, in each row.
   */
  next(tokens: Int32Array, after: { memory: SourceMemory; states: States }): Promise<NextTokens>;
  release(): Promise<void>;
}

/** Sources as they were read, a row each. */
export interface SourceMemory {
  /** float32 [rows, timesteps, width]; nothing past a source's length is read. */
  readonly data: Float32Array;
  readonly lengths: Int32Array;
  readonly timesteps: number;
  /** Before the first token. */
  readonly states: States;
}

export interface NextTokens {
  /** float32 [rows, classes], natural logarithms. */
  readonly logProbabilities: Float32Array;
  /** float32 [rows, timesteps of the source]: how much this token attends to each, adding up to 1. */
  readonly attention: Float32Array;
  readonly states: States;
}

export interface TrainingOperations {
  createTrainer(options: TrainerOptions): Promise<Trainer>;
  /**
   * Data-dependent initialization (Salimans and Kingma 2016, arXiv 1602.07868, section 3): scales and
   * shifts every convolution's output channel so that, on these frames, it has mean 0 and standard
   * deviation 1 before its activation. It stands in for the batch norm that a folded network has not.
   *
   * @param frames uint8 RGB [count, size, size, 3]; some tens of frames from different clips.
   */
  calibrate(network: MobileNet, weights: Weights, frames: Uint8Array): Promise<Weights>;
}

export interface TrainerOptions {
  readonly network: RecurrentNetwork;
  /** Initial weights of the recurrent network, and of the encoder when it is trained too; others are not read. */
  readonly weights: Weights;
  /** Given when batches are frames: the encoder is then part of what is trained. */
  readonly encoder?:
    | (EncoderTuning & {
        readonly network: MobileNet;
        /** Most frames that go through the encoder at once; more are split, with gradients accumulated. */
        readonly framesPerMicroBatch: number;
      })
    | undefined;
  /**
   * What the recurrent network reads are features that this was done to, those of a batch or those of the encoder. It
   * is fixed, and gradients flow through it. The weights stay apart from it: who predicts with them has to fold it in.
   */
  readonly standardization?: Standardization | undefined;
  /** AdamW (Loshchilov and Hutter 2019): decay is decoupled and spares biases and scales. */
  readonly optimizer: {
    readonly beta1: number;
    readonly beta2: number;
    readonly epsilon: number;
    readonly weightDecay: number;
    /**
     * L2-SP (Li et al. 2018, arXiv 1802.01483), decoupled as decay is: a step moves all that is trained of the encoder
     * this much, times the learning rate, of its way back to `weights`, also after a state was restored. Above 0, it
     * stands in for the encoder's weight decay. 0 when absent.
     */
    readonly pull?: number | undefined;
  };
  /** Bound on the norm of all gradients together (Pascanu et al. 2013). */
  readonly clipNorm: number;
  readonly loss: Loss;
  /** Whether steps start from states and give those that they end with, as truncated backpropagation in time needs. */
  readonly carriesStates?: boolean | undefined;
}

/** What is trained of an encoder, and how fast. */
export interface EncoderTuning {
  /** Blocks before this one keep their weights; 0 trains the whole encoder. */
  readonly fromBlock: number;
  /** Whole kernels, or a scale of each output channel; `weights` when absent. */
  readonly trains?: TrainedPart | undefined;
  /**
   * A block's learning rate is that of the step times this, once for each block from it to the recurrent network: the last
   * one's once, that of the one before twice. 1 when absent.
   */
  readonly layerDecay?: number | undefined;
}

export interface TrainingStep {
  readonly batch: SequenceBatch | FrameBatch;
  /**
   * What each sequence, or each timestep where the readout is `every`, is to be. Float32 [..., classes]; for
   * cross-entropy the probabilities times what the sequence counts. As with weights in Keras, the sum over the batch is
   * divided by the number of sequences, not by the sum of what they count, so that a weight means the same whatever else
   * is in the batch. For losses by class index int32 [...], the index of a class each, or IGNORED; what lies past a
   * sequence's length is ignored whatever stands there.
   */
  readonly targets: Float32Array | Int32Array;
  /** Where steps carry states, those to start from: of a batch whose sequences are all as long. Zero when absent. */
  readonly states?: States | undefined;
  readonly learningRate: number;
  /**
   * Draws the dropout masks (see network/dropout.ts) and the classes that a loss samples (network/draw-samples.ts), so that
   * every engine draws the same.
   */
  readonly dropoutSeed: number;
}

export interface StepResult {
  /** Of the batch, before the update, with dropout on. */
  readonly loss: number;
  /**
   * Sequences, or timesteps, whose largest logit is where their largest target is, likewise. With an adaptive softmax,
   * those where the head and, if it lies there, the tail have their largest logit where they should; with a sampled one,
   * among what was drawn.
   */
  readonly correct: number;
  /** Where steps carry states, those after the batch. */
  readonly states?: States | undefined;
}

export interface Trainer {
  /** One update of the weights. */
  step(step: TrainingStep): Promise<StepResult>;
  /** Logits under the current weights, without dropout. */
  classify(batch: SequenceBatch | FrameBatch): Promise<Classification>;
  /** What classes a network that answers every timestep expects under the current weights; see SequenceModel. */
  score(batch: SequenceBatch, classes: Int32Array, states?: States): Promise<SequenceScore>;
  /** A copy of the current weights: the recurrent network's and, when it is trained, the encoder's, scales folded in. */
  weights(): Promise<Weights>;
  /**
   * A copy of all that a later `restore` needs to go on to the same result: weights, for what is trained both
   * moments of the optimizer (`adam.m.<name>`, `adam.v.<name>`), and its step count (`adam.step`, shape [1]);
   * and what the engine adds for itself. It may hold rows of an embedding as they were when a step last read them. To
   * ask for it does not change what the trainer goes on to.
   */
  state(): Promise<Weights>;
  restore(state: Weights): Promise<void>;
  release(): Promise<void>;
}
