// Package firestore is the backend of package store for teams and for several
// replicas. It needs a Firestore database in Native mode, best one of its own.
//
// # Documents
//
// T, C and S stand for team, channel and ts; a press's key has -ACT behind it. Times
// are Firestore timestamps.
//
//	threads/T-C-S                     one per thread
//	    gen                           the thread's life; "" when it has none
//	    asked, turns, images          as in store.Thread; the last two are counts
//	    open[]                        {id: T-C-S, at, of, stopped_by} of each open question
//	    sets[]                        {label, id, n, fence, filed} of the slices of each image, see below
//	    settings                      {temperature, max_tokens, paused, by, at}
//	    verdicts[]                    {answer_ts, user, feedback, reviewed, at}
//	    gone[]                        ts of erased messages, the last store.MaxErased
//	    updated_at, ends_at           last turn, and when the thread has expired
//	    owner, fence, until           the lease
//	    dead[], dead_until            former lives, and sets of images that are gone, whose documents are
//	                                  still to be deleted, and when by Expire
//	    acks[]                        tokens of the last writes, see below
//	    open_at, sweep_at             the oldest open question; when Expire must look here
//	    served                        T-MICROSECONDS of updated_at while Served lists it, else null
//	    children_until                what expire_at of the documents beneath is at least
//	    expire_at
//	  questions/GEN-T-C-S             gen, the question, answer_ts, expire_at; deleted by Finish
//	  turns/GEN-00000001              gen, seq, the turn, expire_at
//	  images/GEN-00000001             gen, record, set, expire_at
//	  slices/GEN-00000001-SET-001     data, expire_at
//	files/T-C-S-GEN-00000001-SET      files[] (T-FILE of each file of the image), expire_at
//	seen/T-C-S                        by (token of the Admit), expire_at; with - behind a press
//	seen/file-T-FILE                  expire_at: a file that was erased
//	settings/channel-T-C              temperature, max_tokens, paused, by, at, acks[]; never expires
//	marks/team-T                      ts, see store.Store.Mark; never expires
//	health/ping                       at, expire_at
//
// A thread's life is a random word. Forget, and a question in an expired thread,
// take the word away in one write; what lies beneath is then nobody's, cannot be
// read through the store, and is deleted right after (by Expire, should the
// process end in between). All names beneath follow from the thread's document,
// so nothing is ever searched for and nothing can be missed. What is not there in
// documents of older versions is read as not set.
//
// # Images
//
// Each slice of an image is a document, of at most store.MaxImageBytes and so
// under 1 MiB. A commit takes 10 MiB, and the emulator's 4 MiB, so a series is
// written in several, of at most store.MaxFinishBytes each: 85 slices of 150 KB
// take 5. Every one of them is conditional on the lease and on the thread's
// document, as all writes are. The first notes the set in the thread, with
// the fence of the lease; the last writes the record, which names the set, and
// deletes the slices of the record that it replaces. A set whose record was never
// written is nobody's: the next PutImage under another lease deletes it, and so do
// Forget and Expire. Slices are read a few to a request and several requests at
// once.
//
// Before there were series, an image's only document had its bytes in data, and
// the record had file_id, mime and sha256. Such documents are read as they are.
//
// # Erasing parts
//
// EraseMessage is one commit: the turns and records without what they held, and the
// thread's document, which remembers the ts; so a PutImage or Finish that has
// not seen it is made again. The slices of an image that is gone are named in dead,
// and deleted right after.
//
// A Slack file may be in many threads. files says in which: a document for each image,
// written with its record and deleted with its slices, and searched by the one word
// that is team and file. EraseFile first writes its mark, then searches; PutImage looks
// for marks before it writes the record and once more after. So one of the two sees the
// other, without a transaction over threads. Images that were stored before there
// was files are not found by EraseFile: they go with their message or their thread.
//
// # Writes whose answer is lost
//
// The Go client silently repeats a Commit whose answer was lost, and then reports
// AlreadyExists or FailedPrecondition for a write that took effect. So every
// write carries a fresh token, and on such an answer the document is read
// again: the token in acks (or by) says that the write was this one. Nothing is
// incremented blindly; every change is made on the document as it was read
// (Update with LastUpdateTime) and made again when it has changed meanwhile. No
// transactions: with rivals for one lease they took 2.5 s at the median on the
// emulator where this took 17 ms.
//
// # Trouble
//
// A read that fails is repeated, and so is a write, as above. After five failures in
// a row, about 1.5 s, a call ends with store.ErrUnavailable; so it does when the
// caller's deadline passes. A commit that is ABORTED met rivals and is repeated for as
// long as the call may take. A write that ended so may have taken effect, and the
// caller may call again.
//
// # Clocks
//
// Leases and expiry go by the clock given to Open, not the server's, so that
// both backends obey the same clock in tests. Replicas must therefore keep their
// clocks together (NTP) much closer than a lease lasts. When they do not, a lease
// may be taken over early, or late by the difference; what is stored stays right,
// since every write checks the lease against the document it changes. A write that
// was on its way when its lease passed takes effect only if nobody has taken the
// thread since.
//
// # Setting up a database
//
// There is no composite index, ever. Fields that are not searched for are
// exempted from the automatic indexes, before the first write: texts may be
// over the 1,500 bytes of an index entry, and a rising indexed field holds
// a collection under 500 writes a second.
//
//	for f in record set data expire_at; do
//	  gcloud firestore indexes fields update $f --collection-group=images --disable-indexes
//	done
//	for f in data expire_at; do
//	  gcloud firestore indexes fields update $f --collection-group=slices --disable-indexes
//	done
//	for f in text messages at expire_at; do
//	  gcloud firestore indexes fields update $f --collection-group=turns --disable-indexes
//	done
//	for f in text files admitted_at expire_at; do
//	  gcloud firestore indexes fields update $f --collection-group=questions --disable-indexes
//	done
//	for f in open sets dead acks settings verdicts gone updated_at ends_at until dead_until children_until expire_at; do
//	  gcloud firestore indexes fields update $f --collection-group=threads --disable-indexes
//	done
//	gcloud firestore indexes fields update by --collection-group=seen --disable-indexes
//	gcloud firestore indexes fields update expire_at --collection-group=files --disable-indexes
//
// Kept are threads.open_at (Abandoned), threads.sweep_at and seen.expire_at
// (Expire), threads.served (Served), gen in images (Thread), and files in files
// (EraseFile).
//
// Expire deletes what has had its time. Time-to-live policies are the second
// net, for a database that no process looks after any more:
//
//	for g in threads questions turns images slices files seen health; do
//	  gcloud firestore fields ttls update expire_at --collection-group=$g --enable-ttl
//	done
//
// A policy does not cascade, so every document that may go has its own expire_at.
// It lies up to one retention time after the thread's end, since moving it for
// every document at every turn would cost a write each; Finish moves it when
// half of that has been used up. Deleted versions stay readable to the
// database's owner for an hour, for seven days with point-in-time recovery, and
// in backups.
package firestore
