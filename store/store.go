package store

import (
	"context"
	"time"
)

// MaxImageBytes is the most that one slice of PutImage may hold: with its fields it
// must fit one Firestore document (1,048,576 bytes).
const MaxImageBytes = 900 << 10

// MaxSlices is the most slices of one image.
const MaxSlices = 128

// MaxVerdicts is the most verdicts of one thread: with MaxFeedbackBytes they stay
// under 150 KB, which Firestore keeps in the thread's own document.
const MaxVerdicts = 500

// MaxFeedbackBytes is the most that Verdict.Feedback may hold.
const MaxFeedbackBytes = 64

// MaxErased is how many messages erased from one thread (EraseMessage) are kept in
// mind at least, the last ones.
const MaxErased = 200

// MaxTurnBytes is the most text that one Turn, or one Question, may hold, for
// the same reason.
const MaxTurnBytes = 900 << 10

// MaxFinishBytes is the most that the turns of one Finish may hold together:
// they are written in one commit, which with the thread's own fields stays under
// 3 MiB. Firestore's emulator takes 4 MiB, Firestore itself 10 MiB.
const MaxFinishBytes = 2800 << 10

// SeenFor is how long at least a message is remembered as seen, so that a late
// redelivery is not taken for a new question. Slack's last retry comes after
// about five minutes; a day leaves room for a replayed backlog.
const SeenFor = 24 * time.Hour

// Store keeps threads, their open questions, their images and the settings.
//
// Each method is one whole step of the road of a question and takes effect
// entirely or not at all, in every backend; EraseFile and Expire do so thread by
// thread. All methods may be called from
// several goroutines, and several processes may work on the same data: what
// they must not do at the same time is fenced by Lease.
//
// Values handed in are copied before the call returns, and values handed out
// belong to the caller: changing either never changes what is stored. Text is
// UTF-8; a byte that is not is kept as U+FFFD. An empty slice may come back nil.
//
// Times come from the backend's own clock (a parameter of its Open), in UTC and
// whole microseconds. A thread exists from its first admitted question, or from
// its first setting, until it is forgotten; a lease alone does not make one.
// Every thread, with its turns, images, settings
// and verdicts, is forgotten by itself when the retention time has passed since its
// last turn (or since its first question, when it has no turn yet). Expired things read
// as missing even before they are deleted; a question asked in an expired thread
// starts a new one.
//
// A key that is not made of Slack's own characters is refused with
// ErrInvalidKey before anything is read or written. When the context ends, the
// error satisfies errors.Is with the context's error. A write whose outcome is
// unknown may be repeated by the caller: Admit, Place, Stop, Finish, PutImage,
// Release, EditMessage, EraseMessage, EraseFile, Forget and Expire then end in the same state. (The
// answer may differ: a repeated Admit says false, a repeated Finish ErrNotFound and
// a repeated EraseMessage counts nothing when the first one had taken effect.)
type Store interface {
	// Admit records a message and says whether it is new. first is true for
	// exactly one of all calls with this key, in all processes; only then is
	// the question open (see Open). A caller whose Admit failed may call again:
	// the key is recorded once. When Admit returns without an error the record
	// is durable.
	//
	// Kind decides what is kept: a KindAsk makes its thread one that was Asked;
	// a KindCommand opens the question but leaves Asked as it is; of a
	// KindRefused only the key is remembered, never text, user or files, and
	// nothing is opened. ErrTooLarge when the text is over MaxTurnBytes.
	//
	// KindAgain, KindContinue and KindSecond are opened as KindAsk is, but leave
	// Asked as it is. Of and AskedTS are kept of every kind that is opened; one that
	// is set and not a ts is ErrInvalidKey.
	//
	// A message that was erased (EraseMessage) is not new any more, nor is a press on
	// it: first is false, and it is not opened.
	//
	// AdmittedAt, AnswerTS and StoppedBy of q are ignored.
	Admit(ctx context.Context, q Question) (first bool, err error)

	// Asked says whether MedBuddy has ever been asked in this thread, which is
	// what makes an unmentioned reply a question. It is false for a thread that
	// is missing, forgotten or expired.
	Asked(ctx context.Context, t ThreadKey) (bool, error)

	// Lease makes owner the only one who may work on the thread until ttl has
	// passed. It returns ErrLeaseHeld while another owner's lease is live. An
	// owner may lease again what it holds: it gets a higher Fence, and its
	// former lease is lost. The thread need not exist yet. The owner must not be
	// empty nor the ttl zero or less: ErrInvalidKey.
	Lease(ctx context.Context, t ThreadKey, owner string, ttl time.Duration) (Lease, error)

	// Renew extends a lease to ttl from now, or returns ErrLeaseLost when it
	// has passed, was released, or was taken by somebody else. The fence stays.
	Renew(ctx context.Context, l Lease, ttl time.Duration) (Lease, error)

	// Release gives the lease up, so that another may have it at once. It is
	// not an error to release what is lost already.
	Release(ctx context.Context, l Lease) error

	// Open lists the thread's questions that are admitted and not finished,
	// oldest message first (by Key.TS as CompareTS orders them, then by Act). It is
	// empty, not an error, when there are none.
	Open(ctx context.Context, t ThreadKey) ([]Question, error)

	// Place remembers which Slack message holds (or will hold) the answer to an
	// open question; a later call replaces it. ErrLeaseLost when the lease is
	// not live, ErrNotFound when the question is not open.
	Place(ctx context.Context, l Lease, q QuestionKey, answerTS string) error

	// Stop asks whoever works on an open question to end it: from now on its
	// StoppedBy is user, unless somebody has stopped it before. It needs no lease.
	// ErrNotFound when the question is not open in that thread, ErrInvalidKey when
	// user is not made of Slack's characters.
	Stop(ctx context.Context, t ThreadKey, q QuestionKey, user string) error

	// PutImage stores a prepared image under its label, with its record and the
	// bytes of each of its slices: data[i] is that of r.Slices[i]. The image is
	// there with all its slices or not at all. Labels count 1, 2, 3 ... within a
	// thread; storing a label again replaces it, a label beyond the next one is
	// ErrInvalidKey, and so is a record whose Slices are none or not as many as
	// data. ErrLeaseLost when the lease is not live, ErrNotFound when there is no
	// thread, ErrTooLarge when a slice is over MaxImageBytes or there are more
	// than MaxSlices. An image of a message or of a file that was erased
	// (EraseMessage, EraseFile) is stored as Gone, without bytes; Gone of r is ignored.
	PutImage(ctx context.Context, l Lease, r ImageRecord, data [][]byte) error

	// Image returns a stored image's record and the bytes of its slices, or
	// ErrNotFound, also when it is Gone. A label below 1 is ErrInvalidKey.
	Image(ctx context.Context, t ThreadKey, label int) (ImageRecord, [][]byte, error)

	// Finish appends turns to the thread, in order and without a gap, and
	// closes the question: its text and files are erased from the record of the
	// question, its key stays seen. ErrLeaseLost when the lease is not live: then
	// nothing is stored. ErrNotFound when the question is not open.
	// Seq and At of the turns are set by the store. Turns may be empty.
	// ErrTooLarge when a turn holds more than MaxTurnBytes of text, or all of
	// them more than MaxFinishBytes. Messages that were erased (EraseMessage) are
	// stored as Gone, without what they held, and so are those handed in as Gone.
	Finish(ctx context.Context, l Lease, q QuestionKey, turns []Turn) error

	// Thread returns the thread with all its turns in order and the records of
	// its images by label, without bytes. ErrNotFound when there is none.
	Thread(ctx context.Context, t ThreadKey) (Thread, error)

	// Settings returns what was set for exactly this scope; the zero Settings
	// when nothing was. Precedence between scopes is the caller's.
	Settings(ctx context.Context, s Scope) (Settings, error)

	// SetSettings replaces the settings of a scope by change(before) and
	// returns both. It is atomic: change may be called several times when
	// others write meanwhile and must have no side effects. By is the caller's
	// to set; At is set by the store. A thread's settings live as long as the
	// thread, a channel's until changed; setting something for a missing thread
	// starts it, not Asked. Settings with nothing set (no value, not Paused) erase,
	// whatever By says: after is then the zero Settings.
	SetSettings(ctx context.Context, s Scope, change func(Settings) Settings) (before, after Settings, err error)

	// Mark returns the ts up to which the messages of a workspace have been seen,
	// "" when it was never set. What came after it may have been missed while
	// nobody listened.
	Mark(ctx context.Context, team string) (ts string, err error)

	// SetMark moves the workspace's mark forward to ts; the mark never moves back:
	// an older ts, or the same, changes nothing and is no error. It is kept until
	// changed, not for the retention time.
	SetMark(ctx context.Context, team, ts string) error

	// Served lists at most limit threads of the workspace that have been Asked,
	// the latest UpdatedAt first. Forgotten and expired threads are not among them.
	Served(ctx context.Context, team string, limit int) ([]ThreadKey, error)

	// Abandoned lists at most limit threads that have open questions and no
	// live lease, oldest question (by AdmittedAt) first as far as the backend
	// can tell cheaply.
	Abandoned(ctx context.Context, limit int) ([]ThreadKey, error)

	// SetVerdict replaces what user says of the answer at answerTS by change(before)
	// and returns all verdicts of the thread as it then has them, in the order of
	// Thread.Verdicts. change gets a Verdict with only AnswerTS and User when there
	// was none, may be called several times, must have no side effects, and cannot
	// change those two; At is set by the store. One with neither Feedback nor Reviewed
	// is erased. It needs no lease, and does not count as a turn. ErrNotFound when
	// there is no thread, ErrInvalidKey when answerTS or user is not made of Slack's
	// characters, ErrTooLarge when Feedback is over MaxFeedbackBytes, or when the
	// thread has MaxVerdicts already and this would be one more.
	SetVerdict(ctx context.Context, t ThreadKey, answerTS, user string, change func(Verdict) Verdict) ([]Verdict, error)

	// EditMessage replaces the words of a Slack message, as far as the thread holds
	// them: in its turns, in the open question that the message is, and in what Finish
	// brings of that question later. What is Gone stays so, and a Text that was left out
	// stays empty. It needs no lease, and does not count as a turn. A missing thread, and
	// a message of which nothing is held, are no errors. ErrTooLarge when the text is
	// over MaxTurnBytes, or a turn would be.
	EditMessage(ctx context.Context, t ThreadKey, ts, text string) error

	// EraseMessage erases what a thread holds of a Slack message that was deleted: its
	// entry in the turns becomes Gone, without text and unread files (the labels of
	// its images stay); a turn of the model loses its text whose AnswerTS it is, or one
	// of whose Parts; the images that came with it become Gone, bytes and all, and so do
	// the thread's other images of their files (CameWith); and no question whose
	// Key.TS or Of it is, message or press, is open any more. The keys stay seen. It
	// stays erased: what Admit, PutImage or Finish bring of it later is not kept, for
	// at least SeenFor (of more than MaxErased such messages, the last ones). What was
	// erased can no longer be read by anybody, nor be found in the embedded file. It
	// needs no lease, and breaks none. Verdicts stay. A missing thread, and a message
	// of which nothing is held, give the zero Deleted.
	EraseMessage(ctx context.Context, t ThreadKey, ts string) (Deleted, error)

	// EraseFile makes every image Gone that was made of a Slack file, among others or
	// of it alone, in all threads of the workspace, and returns the threads in which
	// there was one, ordered by their String. What PutImage brings of the file
	// later is not kept, for at least SeenFor. ErrInvalidKey when team or fileID is not
	// made of Slack's characters. When it fails, some threads may be done; it may be
	// repeated, and then returns the others.
	EraseFile(ctx context.Context, team, fileID string) ([]ThreadKey, error)

	// Forget erases the thread: turns, images, settings, verdicts, and the content of
	// its questions, open ones included. It counts Gone images too. What it held can no longer be read by
	// anybody, nor be found in the embedded file. The keys of its messages stay
	// seen, so that a redelivery does not bring it back; a live lease is broken,
	// so that a late Finish is refused. What EraseMessage remembers of the thread is
	// forgotten as well. A missing thread gives the zero Deleted.
	Forget(ctx context.Context, t ThreadKey) (Deleted, error)

	// Expire deletes at most limit expired threads or seen keys, and what else has
	// had its time, and says how many it deleted; call it until it returns 0. Reads hide expired things
	// already, so Expire is about space and about erasing, not about meaning.
	Expire(ctx context.Context, limit int) (int, error)

	// Ping says whether the store can read and write now.
	Ping(ctx context.Context) error

	// Close waits for running calls and releases what the store holds. Later
	// calls return ErrClosed.
	Close() error
}
