/** Small files of our own in the formats that are read. */
export const locomo = [
  {
    sample_id: 'conv-1',
    qa: [
      { question: 'Where did Ada see the crane?', answer: 'on pier two', evidence: ['D1:1'], category: 4 },
      { question: 'What did both repair?', answer: 2, evidence: ['D1:2; D2:01', 'D9:9'], category: 1 },
      {
        question: 'Which boat did Ada sink?',
        adversarial_answer: 'the tug',
        evidence: ['D1:1'],
        category: 5,
      },
    ],
    conversation: {
      speaker_a: 'Ada',
      session_10: [],
      session_2_date_time: '2:00 pm on 3 May, 2023',
      session_2: [{ speaker: 'Ben', dia_id: 'D2:1', text: 'Look', blip_caption: 'a winch' }],
      session_1_date_time: '1:56 pm on 2 May, 2023',
      session_1: [
        { speaker: 'Ada', dia_id: 'D1:1', text: 'The crane on pier two.' },
        { speaker: 'Ben', dia_id: 'D1:2', text: 'I repaired it.' },
      ],
    },
    event_summary: {},
  },
]

const haystack = {
  haystack_session_ids: ['s1', 's2'],
  haystack_dates: ['2023/05/20 (Sat) 02:21', '2023/05/21 (Sun) 08:00'],
  haystack_sessions: [
    [
      { role: 'user', content: 'My quay is number seven.' },
      { role: 'assistant', content: 'Noted.', has_answer: true },
    ],
    [],
  ],
}

export const longMemEval = [
  {
    question_id: 'q1',
    question_type: 'single-session-user',
    question: 'Which quay is mine?',
    answer: 7,
    question_date: '2023/05/30 (Tue) 23:40',
    ...haystack,
    answer_session_ids: ['s1'],
  },
  {
    question_id: 'q2_abs',
    question_type: 'knowledge-update',
    question: 'Which ship is mine?',
    answer: 'You did not say.',
    ...haystack,
    answer_session_ids: ['s2'],
  },
]

/** Files of a folder in BEIR's format, by their paths. */
export const beir: Readonly<Record<string, string>> = {
  'corpus.jsonl': [
    '{"_id":"c1","title":"Cranes","text":"Two\u2028piers."}',
    '',
    '{"_id":2,"text":"Tides."}\r',
  ].join('\n'),
  'queries.jsonl': '{"_id":"q1","text":"How many piers?"}\n{"_id":"q2","text":"not judged"}\n',
  'qrels/test.tsv': 'query-id\tcorpus-id\tscore\nq1\tc1\t2\nq1\t2\t0\n',
}
