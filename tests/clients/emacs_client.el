;;; emacs_client.el --- A conversation with the program, from within Emacs  -*- lexical-binding: t; -*-

;; Reads and writes messages as Emacs does it for agent-shell: a process on pipes, lines gathered by
;; its filter, Emacs's own JSON, a process for each buffer.  It prints what a person would see, a
;; line for each step, as JSON.  TINE names the program.

(require 'cl-lib)
(require 'json)
(require 'seq)

(defvar steps nil "What was seen, the last step first.")

(defun note (name value) (push (cons name value) steps))

;; A buffer of a person: its agent, what is on its screen, what has been answered.
(cl-defstruct buffer-of-person process (rest "") (screen "") (answers (make-hash-table)) (id 0) session
              (choice "Allow once"))

(defun parsed (line)
  (json-parse-string line :object-type 'alist :array-type 'list :null-object nil :false-object nil))

(defun path (object &rest keys) (seq-reduce (lambda (at key) (alist-get key at)) keys object))

(defun send (person message)
  (process-send-string (buffer-of-person-process person)
                       (concat (decode-coding-string (json-serialize message) 'utf-8) "\n")))

(defun answer-question (person message)
  (let ((chosen (seq-find (lambda (each) (equal (path each 'name) (buffer-of-person-choice person)))
                          (path message 'params 'options))))
    (send person `((jsonrpc . "2.0") (id . ,(path message 'id))
                   (result . ((outcome . ((outcome . "selected")
                                          (optionId . ,(path chosen 'optionId))))))))))

(defun take (person line)
  (let* ((message (parsed line))
         (method (path message 'method))
         (update (path message 'params 'update)))
    (cond
     ((equal method "session/request_permission") (answer-question person message))
     ((member (path update 'sessionUpdate) '("agent_message_chunk" "user_message_chunk"))
      (setf (buffer-of-person-screen person)
            (concat (buffer-of-person-screen person) (path update 'content 'text))))
     ((and (path message 'id) (not method))
      (puthash (path message 'id) message (buffer-of-person-answers person))))))

(defun hear (person input)
  (let ((lines (split-string (concat (buffer-of-person-rest person) input) "\n")))
    (setf (buffer-of-person-rest person) (car (last lines)))
    (mapc (lambda (line) (take person line)) (butlast lines))))

(defun wait (person holds)
  (while (not (funcall holds))
    (unless (process-live-p (buffer-of-person-process person)) (error "The agent has gone"))
    (accept-process-output (buffer-of-person-process person) 60)))

(defun begin (person method params)
  (let ((id (cl-incf (buffer-of-person-id person))))
    (send person `((jsonrpc . "2.0") (id . ,id) (method . ,method) (params . ,params)))
    id))

(defun answer (person id)
  (let (found)
    (wait person (lambda () (setq found (gethash id (buffer-of-person-answers person)))))
    (or (path found 'result) found)))

(defun request (person method params) (answer person (begin person method params)))

(defun open-buffer ()
  (let* ((person (make-buffer-of-person))
         (coding-system-for-read 'utf-8-unix)
         (coding-system-for-write 'utf-8-unix))
    (setf (buffer-of-person-process person)
          (make-process :name "tine" :command (list (getenv "TINE") "acp") :connection-type 'pipe
                        :noquery t :stderr (generate-new-buffer "stderr")
                        :filter (lambda (_process input) (hear person input))))
    (request person "initialize"
             '((protocolVersion . 1) (clientInfo . ((name . "agent-shell") (version . "0.74.1")))
               (clientCapabilities . ((fs . ((readTextFile . t) (writeTextFile . t)))))))
    person))

(defun workspace (&rest more) `(,@more (cwd . ,(getenv "PROJECT")) (mcpServers . [])))

(defun prompt-params (person text)
  `((sessionId . ,(buffer-of-person-session person)) (prompt . [((type . "text") (text . ,text))])))

(defun say (person text)
  "Prompt PERSON's session with TEXT; give what came on the screen."
  (let ((before (length (buffer-of-person-screen person))))
    (request person "session/prompt" (prompt-params person text))
    (substring (buffer-of-person-screen person) before)))

(let ((first (open-buffer)))
  (setf (buffer-of-person-session first)
        (path (request first "session/new" (workspace)) 'sessionId))
  (note 'unicode (say first "Grüße, 世界 🌍"))
  (note 'once (say first "[[ask:Paint it blue]]"))
  (setf (buffer-of-person-choice first) "Reject")
  (note 'rejected (say first "[[ask:Paint it blue]]"))
  (note 'much (length (say first "[[burst:20:10000]]")))
  (let ((turn (begin first "session/prompt" (prompt-params first "[[say:Working.]] [[hang]]"))))
    (wait first (lambda () (string-suffix-p "Working." (buffer-of-person-screen first))))
    (let ((second (open-buffer)))
      (setf (buffer-of-person-session second)
            (path (request second "session/fork"
                           (apply #'workspace `((sessionId . ,(buffer-of-person-session first)))))
                  'sessionId))
      (note 'fork (say second "[[recall]]")))
    (send first `((jsonrpc . "2.0") (method . "session/cancel")
                  (params . ((sessionId . ,(buffer-of-person-session first))))))
    (note 'cancelled (path (answer first turn) 'stopReason)))
  (note 'failed (path (answer first (begin first "session/prompt"
                                           (prompt-params first "[[fail:usage_limit]]")))
                      'error 'message))
  (process-send-eof (buffer-of-person-process first))
  (while (process-live-p (buffer-of-person-process first))
    (accept-process-output (buffer-of-person-process first) 60))
  (note 'exit (process-exit-status (buffer-of-person-process first)))
  (let ((third (open-buffer)))
    (request third "session/load"
             (apply #'workspace `((sessionId . ,(buffer-of-person-session first)))))
    (note 'loaded (substring (buffer-of-person-screen third) 0 40))))

(princ (json-encode steps))
;;; emacs_client.el ends here
