from govner.linking.people import identify
from govner.linking.holders import hold
from govner.entities import *
from govner.entities import Span
def link(text, spans, *, id=None, date=None, source=None):
    per=[(s,e) for s,e,l,_ in spans if l=='PER']
    pos=[(s,e) for s,e,l,_ in spans if l=='POS']
    ids=identify(text,per)
    m=dict(zip(per,ids))
    held=hold(text,[(s,e,i) for (s,e),i in m.items()],pos)
    m.update({(h.start,h.end):h.person for h in held})
    out=tuple(Span(s,e,l,text[s:e],m.get((s,e)) if l in('PER','POS') else None,sc) for s,e,l,sc in spans)
    pe={}
    for h in held:
        if h.person: pe.setdefault(h.person,[]).append(Position('',mentions=(Span(h.start,h.end,'POS',''),),evidence=h.why+' '+h.before[-8:]))
    people=tuple(Person(k,'',(),tuple(v)) for k,v in pe.items())
    return Document(text,id,date,source,out,people)
